package org.onion4j.testnet.junit;

/** What happened in the network of a failed test; comes with the failure, to be printed with it. */
final class NetworkReport extends Exception {
    private static final long serialVersionUID = 1L;

    NetworkReport(String report) {
        super(report, null, false, false);
    }
}
