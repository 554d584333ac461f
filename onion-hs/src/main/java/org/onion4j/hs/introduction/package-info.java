/**
 * What a client tells an onion service through an introduction point, as it is before encryption. Entry type: {@link
 * org.onion4j.hs.introduction.IntroductionPlaintext}. Imports link specifiers and messages. All is immutable, for any
 * thread. Spec: rend-spec-v3, "Processing an INTRODUCE2 cell at the hidden service".
 */
package org.onion4j.hs.introduction;
