package dev.archway.log.store;

import java.time.Duration;
import java.util.List;

/** Reads an execution's lines in order, each once. For one thread. */
public interface LogReader extends AutoCloseable {
  /** How an execution's log stands. */
  enum State {
    /** More lines may come. */
    OPEN,
    /** The execution has ended, but lines that it announced have not arrived. */
    AWAITING_LINES,
    /** All lines are stored. */
    COMPLETE
  }

  /**
   * The next lines that are stored, without waiting.
   *
   * @return at most {@code max} lines; empty when there are none beyond the last one read
   */
  List<StoredLine> next(int max);

  /**
   * Waits until there are lines to read, the log's state changes, or the store is told to stop
   * waiting.
   *
   * @return true when {@link #next} has lines
   */
  boolean await(Duration atMost) throws InterruptedException;

  /** How the log stands. When it is complete, what {@link #next} returns until empty is all. */
  State state();

  /** True once the store was told to stop waiting. */
  boolean stopping();

  @Override
  void close();
}
