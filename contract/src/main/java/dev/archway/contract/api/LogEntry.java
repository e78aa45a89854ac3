package dev.archway.contract.api;

import dev.archway.contract.event.LogChunk;
import java.time.Instant;

/**
 * One line of log at the API: an NDJSON line, or the data of one SSE event.
 *
 * @param stage the stage run's id
 * @param line its number within the step's attempt, from 0
 */
public record LogEntry(
    String stage,
    int attempt,
    String step,
    long line,
    Instant time,
    LogChunk.Stream stream,
    String text) {}
