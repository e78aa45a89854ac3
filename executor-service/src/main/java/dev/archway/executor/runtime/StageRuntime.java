package dev.archway.executor.runtime;

import dev.archway.contract.image.Platform;
import java.nio.file.Path;
import java.util.Set;

/**
 * A place where stages run. One instance serves many stages at once; every method is thread-safe.
 */
public interface StageRuntime extends AutoCloseable {
  /** The platforms whose stages it takes. */
  Set<Platform> platforms();

  /**
   * Finds the stage's resources or creates them: a second call with the same key joins the first.
   *
   * @param directory where the attempt's durable state lives; the same on every call with one key
   * @throws RuntimeUnavailableException when it cannot be told or done now
   */
  StageSession open(StageSpec spec, Path directory)
      throws RuntimeUnavailableException, InterruptedException;

  /** Lets go of everything in this process; containers and processes of stages go on. */
  @Override
  void close();
}
