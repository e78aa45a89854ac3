/** From Harness-style CI YAML to findings or a complete plan. Pure: no I/O, no clock, no Spring. */
@NullMarked
package dev.archway.pipeline;

import org.jspecify.annotations.NullMarked;
