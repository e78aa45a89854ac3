/** What is told outside of an execution's course: commit statuses and notifications. */
@NullMarked
package dev.archway.planner.feedback;

import org.jspecify.annotations.NullMarked;
