package dev.archway.gateway.token;

import dev.archway.contract.api.TokenView;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The table of API tokens. Thread-safe. */
public final class TokenStore {
  private static final String COLUMNS =
      "id, hash, name, role, org, project, created_by, created_at, expires_at, revoked_at, last_used_at";

  private final JdbcClient jdbc;

  /** Keeps tokens in this database. */
  public TokenStore(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  record Kept(TokenView token, String hash) {}

  void add(TokenView token, String hash) {
    jdbc.sql(
            "INSERT INTO api_tokens (id, hash, name, role, org, project, created_by, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .param(token.id())
        .param(hash)
        .param(token.name())
        .param(token.role())
        .param(token.org())
        .param(token.project())
        .param(token.createdBy())
        .param(utc(token.createdAt()))
        .param(utc(token.expiresAt()))
        .update();
  }

  Optional<Kept> find(String id) {
    return jdbc.sql("SELECT %s FROM api_tokens WHERE id = ?".formatted(COLUMNS))
        .param(id)
        .query((rs, _) -> new Kept(token(rs), rs.getString("hash")))
        .optional();
  }

  /** All of them, the newest first. */
  List<TokenView> list() {
    return jdbc.sql("SELECT %s FROM api_tokens ORDER BY created_at DESC, id".formatted(COLUMNS))
        .query((rs, _) -> token(rs))
        .list();
  }

  /** One that is revoked stays revoked since then. */
  void revoke(String id, Instant now) {
    jdbc.sql("UPDATE api_tokens SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL")
        .params(utc(now), id)
        .update();
  }

  void used(String id, Instant now) {
    jdbc.sql("UPDATE api_tokens SET last_used_at = ? WHERE id = ?").params(utc(now), id).update();
  }

  private static TokenView token(ResultSet rs) throws SQLException {
    return new TokenView(
        rs.getString("id"),
        rs.getString("name"),
        rs.getString("role"),
        rs.getString("org"),
        rs.getString("project"),
        rs.getString("created_by"),
        rs.getObject("created_at", OffsetDateTime.class).toInstant(),
        rs.getObject("expires_at", OffsetDateTime.class).toInstant(),
        instant(rs, "revoked_at"),
        instant(rs, "last_used_at"));
  }

  private static @Nullable Instant instant(ResultSet rs, String column) throws SQLException {
    OffsetDateTime time = rs.getObject(column, OffsetDateTime.class);
    return time == null ? null : time.toInstant();
  }

  private static OffsetDateTime utc(Instant time) {
    return time.atOffset(ZoneOffset.UTC);
  }
}
