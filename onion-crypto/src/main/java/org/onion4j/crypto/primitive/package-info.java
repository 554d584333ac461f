/**
 * The primitives, each behind a type with this protocol's sizes and rules. The only package that imports
 * {@code javax.crypto} and Bouncy Castle: AES, SHA-1, SHA-2 and HMAC come from whatever provider the platform prefers,
 * X25519, Ed25519 and SHA-3 from Bouncy Castle's lightweight API, and no provider is ever registered. Imports bytes and
 * random. No threads: static methods may be called from any, objects are confined to their user.
 */
package org.onion4j.crypto.primitive;
