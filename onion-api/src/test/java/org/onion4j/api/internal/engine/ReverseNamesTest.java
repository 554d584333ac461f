package org.onion4j.api.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.net.InetAddresses;
import org.junit.jupiter.api.Test;

class ReverseNamesTest {
    @Test
    void of_ipv4_isUnderInAddrArpa() {
        assertThat(ReverseNames.of(InetAddresses.forString("192.0.2.17"))).isEqualTo("17.2.0.192.in-addr.arpa");
    }

    @Test
    void of_ipv6_isUnderIp6Arpa() { // the example of RFC 3596, section 2.5
        assertThat(ReverseNames.of(InetAddresses.forString("4321:0:1:2:3:4:567:89ab")))
                .isEqualTo("b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa");
    }
}
