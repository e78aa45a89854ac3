package dev.archway.planner.store;

import javax.sql.DataSource;
import org.h2.jdbcx.JdbcConnectionPool;

class H2ExecutionStoreIT extends ExecutionStoreContract {
  private static final DataSource DATABASE =
      JdbcConnectionPool.create("jdbc:h2:mem:planner;DB_CLOSE_DELAY=-1", "sa", "");

  @Override
  DataSource dataSource() {
    return DATABASE;
  }
}
