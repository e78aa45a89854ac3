/** YAML text as a tree that knows where each node stands. */
@NullMarked
package dev.archway.pipeline.yaml;

import org.jspecify.annotations.NullMarked;
