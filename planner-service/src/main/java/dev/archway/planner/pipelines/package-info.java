/** Pipelines and input sets that are kept here, and running them. */
@NullMarked
package dev.archway.planner.pipelines;

import org.jspecify.annotations.NullMarked;
