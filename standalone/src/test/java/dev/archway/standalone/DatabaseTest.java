package dev.archway.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.io.TempDir;

/** What is committed must outlive a kill: Kafka has been told by then, and will not tell again. */
class DatabaseTest {
  @TempDir Path directory;

  @RepeatedTest(3)
  void losesNoCommitWhenItsProcessIsKilled() throws Exception {
    Path file = directory.resolve("killed");
    Set<String> committed = new HashSet<>();
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                KilledDatabase.class.getName(),
                file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output = process.inputReader()) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        committed.add(line);
        if (committed.size() == 1000) {
          process.toHandle().destroyForcibly();
        }
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    // The kill may have cut the last line.
    Map<String, Boolean> kept = new HashMap<>();
    try (Connection connection = DriverManager.getConnection(Settings.databaseUrl(file));
        ResultSet rows =
            connection.createStatement().executeQuery("select writer, number from rows")) {
      while (rows.next()) {
        kept.put("committed %d %d".formatted(rows.getInt(1), rows.getInt(2)), true);
      }
    }
    committed.removeIf(line -> !line.matches("committed \\d+ \\d+"));
    assertThat(committed).hasSizeGreaterThan(900);
    assertThat(committed.stream().filter(line -> !kept.containsKey(line))).isEmpty();
  }
}
