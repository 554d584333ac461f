/**
 * Descriptors of onion services: three layers, each inside of the other, read strictly and made for services. Entry
 * types: {@link org.onion4j.hs.descriptor.DescriptorReader}, {@link org.onion4j.hs.descriptor.DescriptorMaker}. Imports
 * the parser of documents, link specifiers and cryptography; does no I/O. Any thread. Spec: rend-spec-v3, "Hidden service
 * descriptors: outer wrapper", "Hidden service descriptors: encryption format".
 */
package org.onion4j.hs.descriptor;
