package dev.archway.executor.runtime;

import dev.archway.contract.id.StageKey;
import java.time.Duration;
import java.util.List;

/**
 * One attempt of one stage, with its workspace. Every method is thread-safe: steps may run side by
 * side.
 */
public interface StageSession extends AutoCloseable {
  /** The attempt. */
  StageKey key();

  /** The runtime's name in reports, such as {@code podman}. */
  String runtime();

  /** True when the platform's instructions are emulated where the stage runs. */
  boolean emulated();

  /** Names of placement fields that are set and that this runtime does not honour. */
  List<String> ignored();

  /**
   * Runs the step, or joins it if it runs already or has ended; every output line has reached
   * {@code log}, from the first on, before this returns.
   *
   * @param running run once what the step is to run does run, or when it is joined; perhaps again
   *     when the call is
   * @throws RuntimeUnavailableException when the result cannot be told now; calling again is safe
   */
  StepResult run(StepSpec step, LogSink log, Runnable running)
      throws RuntimeUnavailableException, InterruptedException;

  /** The files that steps have left in the workspace. */
  WorkspaceFiles files();

  /**
   * True when the runtime has begun a step by itself ({@link StepSpec#next}), which then has to be
   * run even when nothing else would run any more.
   */
  default boolean hasBegun(String step) throws InterruptedException {
    return false;
  }

  /**
   * Asks the running step to end and kills it after the grace period; {@code run}, now and later,
   * returns Stopped. May be repeated.
   */
  void stop(Duration grace);

  /** The same for one of the steps, by its id. */
  void stop(String step, Duration grace);

  /** Lets go of the attempt in this process; it goes on. */
  void letGo();

  /** Removes everything the attempt made, and may be repeated. Not called when it shall go on. */
  @Override
  void close();
}
