/** Executions in the database, changed together with the records that tell of the change. */
@NullMarked
package dev.archway.planner.store;

import org.jspecify.annotations.NullMarked;
