/** What happens next in an execution: pure, without clock, database or bus. */
@NullMarked
package dev.archway.planner.machine;

import org.jspecify.annotations.NullMarked;
