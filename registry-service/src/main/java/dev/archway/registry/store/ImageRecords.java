package dev.archway.registry.store;

import dev.archway.contract.api.ImageRecord;
import dev.archway.contract.id.ExecutionId;
import dev.archway.contract.id.StageKey;
import dev.archway.contract.image.Digest;
import dev.archway.contract.image.Platform;
import dev.archway.contract.image.Repository;
import dev.archway.contract.wire.ContractMapper;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;
import tools.jackson.core.type.TypeReference;

/** The record of pushed tags. Rows are only ever added. Thread-safe. */
public final class ImageRecords {
  private static final TypeReference<List<ImageRecord.Part>> PARTS = new TypeReference<>() {};
  private static final TypeReference<List<String>> TEXTS = new TypeReference<>() {};

  private final JdbcClient jdbc;
  private final TransactionOperations transactions;

  /** What pushed a tag: a step of a stage's attempt, or an index of an execution. */
  public record Origin(ExecutionId execution, String stage, int attempt, String step) {
    /** A step that pushed images. */
    public static Origin ofStep(StageKey key, String step) {
      return new Origin(key.execution(), key.stage(), key.attempt(), step);
    }

    /** An index of the plan. */
    public static Origin ofIndex(ExecutionId execution, String index) {
      return new Origin(execution, "", 0, index);
    }
  }

  /**
   * A record with its place in the order of recording.
   *
   * @param place larger for later records
   */
  public record Placed(long place, ImageRecord image) {}

  /**
   * What to list.
   *
   * @param repository {@code host/path}, or a path at any host; null for all
   * @param tag null for all
   * @param execution null for all
   * @param before only records before this place; null for the newest
   * @param limit how many at most
   */
  public record Query(
      @Nullable String repository,
      @Nullable String tag,
      @Nullable ExecutionId execution,
      @Nullable Long before,
      int limit) {}

  /** Records in the database behind these. */
  public ImageRecords(JdbcClient jdbc, TransactionOperations transactions) {
    this.jdbc = jdbc;
    this.transactions = transactions;
  }

  /**
   * Adds all of them or none.
   *
   * @return false when this origin's records are there already; then nothing is added
   */
  public boolean add(Origin origin, List<ImageRecord> images) {
    try {
      transactions.executeWithoutResult(_ -> images.forEach(image -> insert(origin, image)));
      return true;
    } catch (DuplicateKeyException e) {
      return false;
    }
  }

  /** The images that an origin pushed, oldest first; empty when nothing is recorded of it. */
  public List<ImageRecord> of(Origin origin) {
    return jdbc.sql(
            "select * from image_record where execution = :execution and stage = :stage"
                + " and attempt = :attempt and step = :step order by id")
        .param("execution", origin.execution().value())
        .param("stage", origin.stage())
        .param("attempt", origin.attempt())
        .param("step", origin.step())
        .query((row, _) -> read(row).image())
        .list();
  }

  /** Newest first. */
  public List<Placed> list(Query query) {
    List<String> conditions = new ArrayList<>(List.of("1 = 1"));
    Map<String, Object> values = new LinkedHashMap<>();
    if (query.repository() != null) {
      conditions.add("(path = :repository or host || '/' || path = :repository)");
      values.put("repository", query.repository());
    }
    if (query.tag() != null) {
      conditions.add("tag = :tag");
      values.put("tag", query.tag());
    }
    if (query.execution() != null) {
      conditions.add("execution = :execution");
      values.put("execution", query.execution().value());
    }
    if (query.before() != null) {
      conditions.add("id < :before");
      values.put("before", query.before());
    }
    values.put("limit", query.limit());
    return jdbc.sql(
            "select * from image_record where "
                + String.join(" and ", conditions)
                + " order by id desc limit :limit")
        .params(values)
        .query((row, _) -> read(row))
        .list();
  }

  private void insert(Origin origin, ImageRecord image) {
    jdbc.sql(
            "insert into image_record (execution, stage, attempt, step, host, path, tag, digest,"
                + " media_type, size_bytes, platform, parts, missing, source_commit, emulated,"
                + " moved_to, recorded_at) values (:execution, :stage, :attempt, :step, :host,"
                + " :path, :tag, :digest, :mediaType, :size, :platform, :parts, :missing, :commit,"
                + " :emulated, :movedTo, :recordedAt)")
        .param("execution", origin.execution().value())
        .param("stage", origin.stage())
        .param("attempt", origin.attempt())
        .param("step", origin.step())
        .param("host", image.repository().host())
        .param("path", image.repository().path())
        .param("tag", image.tag())
        .param("digest", image.digest().value())
        .param("mediaType", image.mediaType())
        .param("size", image.size())
        .param(
            "platform", Optional.ofNullable(image.platform()).map(Platform::toString).orElse(null))
        .param("parts", ContractMapper.json().writeValueAsString(image.parts()))
        .param("missing", ContractMapper.json().writeValueAsString(image.missing()))
        .param("commit", image.commit())
        .param("emulated", image.emulated())
        .param("movedTo", Optional.ofNullable(image.movedTo()).map(Digest::value).orElse(null))
        .param("recordedAt", image.recordedAt().atOffset(ZoneOffset.UTC))
        .update();
  }

  private static Placed read(ResultSet row) throws SQLException {
    String stage = row.getString("stage");
    boolean ofIndex = stage.isEmpty();
    return new Placed(
        row.getLong("id"),
        new ImageRecord(
            new Repository(row.getString("host"), row.getString("path")),
            row.getString("tag"),
            Digest.of(row.getString("digest")),
            row.getString("media_type"),
            row.getLong("size_bytes"),
            Optional.ofNullable(row.getString("platform")).map(Platform::parse).orElse(null),
            ContractMapper.json().readValue(row.getString("parts"), PARTS),
            ContractMapper.json().readValue(row.getString("missing"), TEXTS),
            ExecutionId.of(row.getString("execution")),
            ofIndex ? null : stage,
            ofIndex ? null : row.getString("step"),
            row.getString("source_commit"),
            row.getBoolean("emulated"),
            Optional.ofNullable(row.getString("moved_to")).map(Digest::of).orElse(null),
            row.getObject("recorded_at", OffsetDateTime.class).toInstant()));
  }
}
