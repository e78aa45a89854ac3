package dev.archway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.archway.contract.api.ExecutionView;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills the whole server with SIGKILL at random moments of a running pipeline, twenty times, and
 * starts it again.
 */
class CrashSafetyIT {
  private static final int ROUNDS = 20;
  private static final long LONGEST_WAIT_MILLIS = 6_000;

  @Test
  void anExecutionOutlivesTheServer(@TempDir(cleanup = CleanupMode.NEVER) Path home)
      throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    try (CountedPipeline pipeline = new CountedPipeline("0.1");
        LocalEnvironment environment = new LocalEnvironment(home);
        Server server = new Server(home)) {
      for (int round = 1; round <= ROUNDS; round++) {
        String id = server.submitted(pipeline.yaml(), Map.of());
        long wait = random.nextLong(LONGEST_WAIT_MILLIS);
        TimeUnit.MILLISECONDS.sleep(wait); // The moment of the crash, not a wait for something.
        server.kill();
        server.restart();
        ExecutionView end = server.awaitEnd(id);
        String which = "seed %d round %d killed after %d ms".formatted(seed, round, wait);
        pipeline.requireRunOnce(which, end);
        assertThat(server.images(id))
            .as(which)
            .singleElement()
            .satisfies(
                image -> assertThat(image.repository().host()).isEqualTo(environment.registry()));
        CountedPipeline.requireWhole(which, end, server.logs(id));
      }
    }
  }
}
