package dev.archway.planner.store;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;

class PostgresExecutionStoreIT extends ExecutionStoreContract {
  private static final EmbeddedPostgres SERVER = start();

  private static EmbeddedPostgres start() {
    try {
      return EmbeddedPostgres.start();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @AfterAll
  static void stop() throws IOException {
    SERVER.close();
  }

  @Override
  DataSource dataSource() {
    return SERVER.getPostgresDatabase();
  }
}
