package dev.archway.standalone;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;

/**
 * A process for the tests to kill: four connections commit rows for ever, and each row is printed
 * when its commit has returned.
 */
final class KilledDatabase {
  static final int WRITERS = 4;

  private KilledDatabase() {}

  public static void main(String[] args) throws Exception {
    String url = Settings.databaseUrl(Path.of(args[0]));
    try (Connection connection = DriverManager.getConnection(url)) {
      connection
          .createStatement()
          .execute("create table rows (writer int, number int, primary key (writer, number))");
      for (int writer = 1; writer < WRITERS; writer++) {
        int number = writer;
        Thread.startVirtualThread(() -> write(url, number));
      }
      write(url, 0);
    }
  }

  private static void write(String url, int writer) {
    try (Connection connection = DriverManager.getConnection(url);
        PreparedStatement insert =
            connection.prepareStatement("insert into rows (writer, number) values (?, ?)")) {
      connection.setAutoCommit(false);
      for (int number = 0; ; number++) {
        insert.setInt(1, writer);
        insert.setInt(2, number);
        insert.executeUpdate();
        connection.commit();
        System.out.println("committed %d %d".formatted(writer, number));
      }
    } catch (java.sql.SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
