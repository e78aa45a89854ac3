package dev.archway.planner.settings;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;

class PostgresSettingsApiIT extends SettingsApiContract {
  private static final EmbeddedPostgres SERVER = launched();

  private static EmbeddedPostgres launched() {
    try {
      return EmbeddedPostgres.start();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @AfterAll
  static void end() throws IOException {
    SERVER.close();
  }

  @Override
  Map<String, Object> database() {
    return Map.of(
        "spring.datasource.url",
        SERVER.getJdbcUrl("postgres", "postgres"),
        "spring.datasource.username",
        "postgres");
  }
}
