/** From a submitted pipeline to an execution that is ready to start, or to all findings at once. */
@NullMarked
package dev.archway.planner.submission;

import org.jspecify.annotations.NullMarked;
