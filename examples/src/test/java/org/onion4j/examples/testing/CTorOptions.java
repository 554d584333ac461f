package org.onion4j.examples.testing;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The configuration of each kind of node of a {@link CTorNetwork}, in lines of C tor's own syntax. */
final class CTorOptions {
    /**
     * How often the authorities agree: C tor allows no less than 5 seconds for the first time and 10 later. A relay that came too
     * late for one consensus is in the next. Each is valid for two minutes, so that a machine at its limits may miss some.
     */
    private static final List<String> VOTING = List.of(
            "TestingV3AuthInitialVotingInterval 5",
            "TestingV3AuthInitialVoteDelay 2",
            "TestingV3AuthInitialDistDelay 2",
            "V3AuthVotingInterval 10",
            "V3AuthVoteDelay 2",
            "V3AuthDistDelay 2",
            "V3AuthNIntervalsValid 12");

    /** The longest pause of links that are padded is a fifth of the usual one: so a silent link is noticed the sooner (T78). */
    private static final String PADDING = "ConsensusParams nf_ito_low=300 nf_ito_high=1900";

    private CTorOptions() {}

    static List<String> of(CTorNode node, List<String> authorityLines, Path resolvConf, Path bandwidths) {
        List<String> lines = new ArrayList<>(basics(node));
        lines.addAll(authorityLines);
        switch (node.kind()) {
            case AUTHORITY -> {
                lines.addAll(List.of(
                        "AuthoritativeDirectory 1",
                        "V3AuthoritativeDirectory 1",
                        "DirPort 127.0.0.1:" + node.dirPort(),
                        // Flags come from these lines, not from what a relay would have to earn over days.
                        "TestingDirAuthVoteGuard *",
                        "TestingDirAuthVoteHSDir *",
                        "TestingMinExitFlagThreshold 0",
                        // All relays are alike: else one that has carried a download has nearly all the weight from
                        // then on, and when it is killed clients go on drawing it.
                        "V3BandwidthsFile " + bandwidths,
                        PADDING,
                        "ExitPolicy reject *:*"));
                lines.addAll(VOTING);
            }
            case MIDDLE -> lines.addAll(List.of("ExitRelay 0", "ExitPolicy reject *:*"));
            case EXIT ->
                lines.addAll(List.of(
                        "ExitRelay 1",
                        "ExitPolicyRejectPrivate 0",
                        "ExitPolicy accept *:*",
                        "ServerDNSResolvConfFile " + resolvConf,
                        "ServerDNSSearchDomains 0",
                        "ServerDNSAllowBrokenConfig 1",
                        "ServerDNSDetectHijacking 0",
                        // An empty list: no look-ups but those that clients ask for.
                        "ServerDNSTestAddresses"));
        }
        return lines;
    }

    /** Enough for C tor to make a node's identity keys; it wants to hear of some authority even then. */
    static List<String> forKeysOnly(CTorNode node) {
        List<String> lines = new ArrayList<>(basics(node));
        String nobody = "0123456789".repeat(4);
        lines.add("DirAuthority nobody orport=1 v3ident=" + nobody + " 127.0.0.1:1 " + nobody);
        return lines;
    }

    private static List<String> basics(CTorNode node) {
        return List.of(
                "TestingTorNetwork 1",
                "AssumeReachable 1",
                "Nickname " + node.nickname(),
                "ContactInfo a test",
                "DataDirectory " + node.folder(),
                "Address 127.0.0.1",
                "ORPort 127.0.0.1:" + node.orPort() + " IPv4Only",
                "SocksPort 0",
                "PathsNeededToBuildCircuits 0.67",
                "ShutdownWaitLength 0",
                "SafeLogging 0",
                "ProtocolWarnings 1",
                "Log notice file " + node.folder().resolve("notice.log"),
                // All clients share one address here: no defence against crowds of them.
                "DoSCircuitCreationEnabled 0",
                "DoSConnectionEnabled 0",
                // It ends itself when this JVM is gone, however that came about.
                "__OwningControllerProcess " + ProcessHandle.current().pid());
    }
}
