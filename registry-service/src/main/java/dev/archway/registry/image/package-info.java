/**
 * Reads images at a registry, compares them with what was announced, and puts indexes there. What
 * goes wrong becomes a failure for the record.
 */
@NullMarked
package dev.archway.registry.image;

import org.jspecify.annotations.NullMarked;
