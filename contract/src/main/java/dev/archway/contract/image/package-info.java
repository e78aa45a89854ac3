/** OCI values that cannot be built wrong: digests, platforms and image repositories. */
@NullMarked
package dev.archway.contract.image;

import org.jspecify.annotations.NullMarked;
