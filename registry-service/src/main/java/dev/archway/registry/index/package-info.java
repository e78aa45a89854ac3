/** Joins images of several platforms into one image index; pure. */
@NullMarked
package dev.archway.registry.index;

import org.jspecify.annotations.NullMarked;
