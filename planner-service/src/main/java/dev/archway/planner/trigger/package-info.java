/** Triggers: which events and times start which pipelines, and what came of each call. */
@NullMarked
package dev.archway.planner.trigger;

import org.jspecify.annotations.NullMarked;
