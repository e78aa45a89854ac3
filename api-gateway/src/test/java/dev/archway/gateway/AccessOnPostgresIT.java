package dev.archway.gateway;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;

class AccessOnPostgresIT extends AccessContract {
  private final EmbeddedPostgres database = database();

  private static EmbeddedPostgres database() {
    try {
      return EmbeddedPostgres.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  Door open(Path directory) throws Exception {
    return Door.on(database.getJdbcUrl("postgres", "postgres"), directory);
  }

  @Override
  @AfterAll
  void stop() throws IOException {
    super.stop();
    database.close();
  }
}
