/** Archway as separate processes on one machine, for tests and benchmarks. Ships with nothing. */
@NullMarked
package dev.archway.testbed;

import org.jspecify.annotations.NullMarked;
