/** From the tree to the plan: one class for each thing that a pipeline is made of. */
@NullMarked
package dev.archway.pipeline.compile;

import org.jspecify.annotations.NullMarked;
