package org.onion4j.directory.network;

import static org.onion4j.directory.network.LineFields.quoted;

import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.onion4j.crypto.bytes.RsaIdentity;

/** Gathers the lines of one description. */
final class NetworkDescriptionParser {
    private static final int MAX_WARNINGS = 100;

    private final Map<RsaIdentity, Authority> authorities = new LinkedHashMap<>();
    private final Map<RsaIdentity, Integer> linesOfVoters = new HashMap<>();
    private final Map<RsaIdentity, FallbackDirectory> fallbacks = new LinkedHashMap<>();
    private final ImmutableList.Builder<UnsupportedLine> unsupported = ImmutableList.builder();
    private final ImmutableList.Builder<NetworkWarning> warnings = ImmutableList.builder();
    private int warningCount;
    private Optional<Boolean> testing = Optional.empty();
    private Optional<Boolean> distinctSubnets = Optional.empty();
    private int testingLine;

    static NetworkDescription parse(String text) throws NetworkDescriptionException {
        NetworkDescriptionParser parser = new NetworkDescriptionParser();
        for (TorrcLines.Line line : TorrcLines.split(text)) {
            parser.line(line);
        }
        return parser.result();
    }

    private void line(TorrcLines.Line line) throws NetworkDescriptionException {
        String keyword = line.keyword().startsWith("+") ? line.keyword().substring(1) : line.keyword();
        LineFields fields = new LineFields(line.number(), keyword);
        switch (Ascii.toLowerCase(keyword)) {
            case "dirauthority", "dirserver" -> authority(line, fields);
            case "fallbackdir" -> fallback(line, fields);
            case "testingtornetwork" -> {
                testing = once(testing, fields.flag(line.value()), fields);
                testingLine = line.number();
            }
            case "enforcedistinctsubnets" -> distinctSubnets = once(distinctSubnets, fields.flag(line.value()), fields);
            case "bridge" -> unsupported(line, UnsupportedLine.Option.BRIDGE, fields);
            case "usebridges" -> {
                fields.flag(line.value());
                unsupported(line, UnsupportedLine.Option.USE_BRIDGES, fields);
            }
            case "clienttransportplugin" -> unsupported(line, UnsupportedLine.Option.CLIENT_TRANSPORT_PLUGIN, fields);
            case "%include" -> throw fields.problem("other files are not included here");
            default ->
                warn(new NetworkWarning(
                        line.number(), "the option " + quoted(line.keyword()) + " is not used and was passed over"));
        }
    }

    private void authority(TorrcLines.Line line, LineFields fields) throws NetworkDescriptionException {
        Authority authority = DirAuthorityLine.parse(fields, line.value(), this::warn);
        if (authorities.put(authority.rsaIdentity(), authority) != null) {
            throw fields.problem("an authority of the same fingerprint is on an earlier line");
        }
        if (authority.votes()) {
            // Else one signature under a consensus would count for two authorities.
            Integer other = linesOfVoters.put(authority.v3Identity().get(), line.number());
            if (other != null) {
                throw fields.problem("v3ident is that of line " + other);
            }
        }
    }

    private void fallback(TorrcLines.Line line, LineFields fields) throws NetworkDescriptionException {
        FallbackDirectory fallback = FallbackDirLine.parse(fields, line.value(), this::warn);
        if (fallbacks.containsKey(fallback.rsaIdentity())) {
            warn(fields.warning("a relay of the same id is on an earlier line; this one was passed over"));
        } else {
            fallbacks.put(fallback.rsaIdentity(), fallback);
        }
    }

    private void unsupported(TorrcLines.Line line, UnsupportedLine.Option option, LineFields fields) {
        unsupported.add(new UnsupportedLine(line.number(), option, line.value()));
        warn(fields.warning("bridges and pluggable transports are not supported in this release"));
    }

    private Optional<Boolean> once(Optional<Boolean> before, boolean value, LineFields fields) {
        if (before.isPresent()) {
            warn(fields.warning("set more than once; the last one counts"));
        }
        return Optional.of(value);
    }

    private void warn(NetworkWarning warning) {
        warningCount++;
        if (warningCount < MAX_WARNINGS) {
            warnings.add(warning);
        } else if (warningCount == MAX_WARNINGS) {
            warnings.add(new NetworkWarning(warning.line(), "further warnings are left out"));
        }
    }

    private NetworkDescription result() throws NetworkDescriptionException {
        boolean isTesting = testing.orElse(false);
        if (isTesting && authorities.isEmpty()) {
            throw new NetworkDescriptionException(
                    testingLine, "TestingTorNetwork needs DirAuthority lines of the network to join");
        }
        if (!authorities.isEmpty() && linesOfVoters.isEmpty()) {
            throw new NetworkDescriptionException(
                    1, "none of the DirAuthority lines has a v3ident=, so no consensus could ever be trusted");
        }
        return new NetworkDescription(
                ImmutableList.copyOf(authorities.values()),
                ImmutableList.copyOf(fallbacks.values()),
                isTesting ? NetworkDescription.Kind.TESTING : NetworkDescription.Kind.PUBLIC,
                distinctSubnets.orElse(!isTesting)
                        ? NetworkDescription.Subnets.DISTINCT
                        : NetworkDescription.Subnets.ANY,
                unsupported.build(),
                warnings.build());
    }
}
