/**
 * A client of the OCI distribution API. Every body that is read is checked against its digest, and
 * credentials go to nobody but the connector's own registry and the token server it names.
 */
@NullMarked
package dev.archway.registry.oci;

import org.jspecify.annotations.NullMarked;
