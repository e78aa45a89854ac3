package dev.archway.messaging;

import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.time.Duration;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.CannotCreateTransactionException;

/** Tells trouble of the surroundings, which passes, from a record that will never be handled. */
final class Redelivery {
  private static final Logger log = LoggerFactory.getLogger(Redelivery.class);
  private static final Duration FIRST_WAIT = Duration.ofMillis(50);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

  private Redelivery() {}

  static void untilHandled(Runnable handling) {
    Duration wait = FIRST_WAIT;
    while (true) {
      try {
        handling.run();
        return;
      } catch (RuntimeException e) {
        if (!passes(e)) {
          throw e;
        }
        log.warn(
            "cannot handle a record now, next try in {} ms: {}", wait.toMillis(), e.toString());
      }
      try {
        Thread.sleep(wait);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(
            "stopped while waiting to handle a record; it will be delivered again", e);
      }
      wait = wait.multipliedBy(2).compareTo(LONGEST_WAIT) < 0 ? wait.multipliedBy(2) : LONGEST_WAIT;
    }
  }

  private static boolean passes(Throwable e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof TransientDataAccessException
          || t instanceof RecoverableDataAccessException
          || t instanceof DataAccessResourceFailureException
          || t instanceof CannotCreateTransactionException
          || t instanceof MessageNotSentException
          || t instanceof RetriableException
          // A full disk, say.
          || t instanceof UncheckedIOException
          || (t instanceof SQLException sql
              && sql.getSQLState() != null
              && sql.getSQLState().startsWith("08"))) {
        return true;
      }
    }
    return false;
  }
}
