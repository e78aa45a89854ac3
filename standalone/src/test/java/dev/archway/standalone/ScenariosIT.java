package dev.archway.standalone;

import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every folder of {@code scenarios} in the standalone. */
class ScenariosIT {
  @TempDir(cleanup = CleanupMode.NEVER)
  static Path home;

  private static LocalEnvironment environment;
  private static Server server;

  @BeforeAll
  static void start() {
    environment = new LocalEnvironment(home);
    server = new Server(home);
  }

  @AfterAll
  static void stop() {
    server.close();
    environment.close();
  }

  static Stream<Scenario> scenarios() throws IOException {
    return Scenario.all();
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void endsAsExpected(Scenario scenario) throws IOException {
    scenario.prepare(environment);
    scenario.runAt(server);
  }
}
