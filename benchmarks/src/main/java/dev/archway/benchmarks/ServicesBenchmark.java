package dev.archway.benchmarks;

import dev.archway.testbed.Installation;
import dev.archway.testbed.ServiceProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** How long each service takes until it is ready, and what memory it keeps when idle. */
public final class ServicesBenchmark {
  private static final int STARTS = 3;
  private static final int IDLE_SECONDS = 10;

  private ServicesBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    Path checkout = Path.of("").toAbsolutePath();
    Path directory = Files.createTempDirectory("archway-services-");
    try (Installation installation = new Installation(checkout, directory, 1, true)) {
      for (String service :
          List.of(
              "planner-service",
              "registry-service",
              "log-service",
              "executor-service",
              "api-gateway")) {
        long[] starts = new long[STARTS];
        long[] memory = new long[STARTS];
        for (int i = 0; i < STARTS; i++) {
          long begin = System.nanoTime();
          ServiceProcess process =
              installation.start(
                  service,
                  List.of("@" + checkout.resolve(service + "/jvm.opts")),
                  Map.of(),
                  List.of());
          process.awaitReady();
          starts[i] = (System.nanoTime() - begin) / 1_000_000;
          TimeUnit.SECONDS.sleep(IDLE_SECONDS);
          memory[i] = megabytes(process.pid());
          process.close();
        }
        Arrays.sort(starts);
        Arrays.sort(memory);
        System.out.printf(
            "%-17s ready after %d ms, RSS idle %d MB (medians of %d)%n",
            service, starts[STARTS / 2], memory[STARTS / 2], STARTS);
      }
    }
  }

  private static long megabytes(long pid) throws IOException {
    try (Stream<String> status = Files.lines(Path.of("/proc/%d/status".formatted(pid)))) {
      return status
              .filter(line -> line.startsWith("VmRSS"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
              .findFirst()
              .orElse(0)
          / 1024;
    }
  }
}
