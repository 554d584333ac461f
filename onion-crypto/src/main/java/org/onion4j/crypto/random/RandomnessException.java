package org.onion4j.crypto.random;

/** The platform's random source failed or gives bytes that cannot be random. Nothing secret may be made from it. */
public final class RandomnessException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RandomnessException(String message) {
        super(message);
    }

    public RandomnessException(String message, Throwable cause) {
        super(message, cause);
    }
}
