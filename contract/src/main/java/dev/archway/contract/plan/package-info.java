/**
 * The compiled, complete and immutable work order that the planner makes and the executor follows.
 */
@NullMarked
package dev.archway.contract.plan;

import org.jspecify.annotations.NullMarked;
