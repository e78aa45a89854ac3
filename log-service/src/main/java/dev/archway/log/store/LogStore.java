package dev.archway.log.store;

import dev.archway.contract.event.ExecutionEvent;
import dev.archway.contract.event.LogChunk;
import dev.archway.contract.id.ExecutionId;
import java.time.Duration;
import java.util.Optional;

/**
 * Keeps the lines of executions. Thread-safe. Every method may throw {@link
 * java.io.UncheckedIOException} when the storage fails.
 */
public interface LogStore {
  /**
   * Remembers that an execution exists, so that its readers wait for lines instead of being told
   * that there is no such execution. May be repeated.
   */
  void expect(ExecutionId execution);

  /**
   * Stores what a chunk has beyond the lines that are stored already. When it returns, the lines
   * survive the end of this process.
   *
   * @throws LogGapException when lines before the chunk's are missing; nothing is stored then
   */
  void append(LogChunk chunk);

  /** Remembers how long the execution's logs are in the end. May be repeated. */
  void finish(ExecutionEvent.ExecutionFinished finished);

  /**
   * A reader of an execution's lines, from a position on.
   *
   * @param position 0 for the first line
   * @return empty when the store knows no such execution
   */
  Optional<LogReader> reader(ExecutionId execution, long position);

  /**
   * Waits until the store knows the execution.
   *
   * @return false when it did not within that time
   */
  boolean awaitKnown(ExecutionId execution, Duration atMost) throws InterruptedException;

  /** Wakes all waiting readers for good, as when the service stops. */
  void stopWaiting();
}
