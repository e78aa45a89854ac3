package dev.archway.registry.store;

import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.image.Digest;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/**
 * What the tags of indexes named before the indexes were published. Written once for each index,
 * before its first tag moves. Thread-safe.
 */
public final class EarlierTags {
  private final JdbcClient jdbc;
  private final TransactionOperations transactions;

  /** Kept in the database behind these. */
  public EarlierTags(JdbcClient jdbc, TransactionOperations transactions) {
    this.jdbc = jdbc;
    this.transactions = transactions;
  }

  /** What is kept for an index: its tags, each with what it named, if anything; empty at first. */
  public Map<String, Optional<Digest>> of(ExecutionId execution, String index) {
    Map<String, Optional<Digest>> tags = new HashMap<>();
    jdbc.sql(
            "select tag, digest from earlier_tag where execution = :execution and index_id = :index")
        .param("execution", execution.value())
        .param("index", index)
        .query(row -> {
          tags.put(
              row.getString("tag"), Optional.ofNullable(row.getString("digest")).map(Digest::of));
        });
    return tags;
  }

  /**
   * Keeps them, unless something is kept for the index already.
   *
   * @return what is kept from now on
   */
  public Map<String, Optional<Digest>> keep(
      ExecutionId execution, String index, Map<String, Optional<Digest>> tags) {
    try {
      transactions.executeWithoutResult(_ ->
          tags.forEach((tag, digest) ->
              jdbc.sql(
                      "insert into earlier_tag (execution, index_id, tag, digest)"
                          + " values (:execution, :index, :tag, :digest)")
                  .param("execution", execution.value())
                  .param("index", index)
                  .param("tag", tag)
                  .param("digest", digest.map(Digest::value).orElse(null))
                  .update()));
      return tags;
    } catch (DuplicateKeyException e) {
      return of(execution, index);
    }
  }
}
