/** Takes log chunks and the executions' ends from the bus into the store. */
@NullMarked
package dev.archway.log.ingest;

import org.jspecify.annotations.NullMarked;
