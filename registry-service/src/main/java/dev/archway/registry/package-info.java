/**
 * Records pushed tags after verifying them at the registry, and publishes image indexes. This
 * package receives from the bus and answers on it.
 */
@NullMarked
package dev.archway.registry;

import org.jspecify.annotations.NullMarked;
