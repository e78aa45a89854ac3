/** Connectors and secrets that are kept for people: stored, listed, tested, never told. */
@NullMarked
package dev.archway.planner.settings;

import org.jspecify.annotations.NullMarked;
