/** The planner: takes pipelines, plans executions, decides what runs next and tells the others. */
@NullMarked
package dev.archway.planner;

import org.jspecify.annotations.NullMarked;
