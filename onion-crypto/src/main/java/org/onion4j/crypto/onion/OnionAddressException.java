package org.onion4j.crypto.onion;

/** A name is not the address of an onion service. Says nothing of the name itself. */
public final class OnionAddressException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What is wrong, the first of these where there is more. */
    public enum Reason {
        /** It doesn't end in {@code .onion}, or there is nothing before that. */
        NOT_ONION("the name is not one of an onion service"),
        /** It is an address of version 2, which ended in 2021. */
        VERSION_2("onion services of version 2 (addresses of 16 characters) ended in 2021: ask whoever runs the"
                + " service for its address of version 3, which has 56 characters"),
        /** It hasn't 56 characters. */
        LENGTH("an onion address has 56 characters before .onion, this one has another number"),
        /** It holds a character other than a to z and 2 to 7. */
        NOT_BASE32("an onion address consists of the letters a to z and the digits 2 to 7 alone"),
        /** The checksum is false: something in it is mistyped. */
        CHECKSUM("the checksum of the onion address is wrong: it is mistyped or cut"),
        /** It is of a version that isn't 3. */
        VERSION("the onion address is of an unknown version"),
        /** What should be the service's key isn't a point of the curve, or has a second encoding. */
        NOT_A_POINT("the onion address holds no valid key"),
        /** What should be the service's key is a point that has a component of small order. */
        SMALL_ORDER("the onion address holds a key that is not of prime order");

        private final String text;

        Reason(String text) {
            this.text = text;
        }
    }

    private final Reason reason;

    OnionAddressException(Reason reason) {
        super(reason.text);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
