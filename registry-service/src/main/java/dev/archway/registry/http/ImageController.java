package dev.archway.registry.http;

import dev.archway.contract.api.ImageRecord;
import dev.archway.contract.id.ExecutionId;
import dev.archway.registry.store.ImageRecords;
import dev.archway.web.ProblemException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.UriComponentsBuilder;

/**
 * Serves the record of pushed tags, newest first. When there may be more, header {@code Link} names
 * the next page (RFC 8288, {@code rel="next"}).
 */
@RestController
public final class ImageController {
  private static final int MOST = 500;
  private static final Pattern HISTORY =
      Pattern.compile("/(?<repository>.+)/tags/(?<tag>[^/]+)/history");

  private final ImageRecords records;

  /** Serves these records. */
  public ImageController(ImageRecords records) {
    this.records = records;
  }

  @GetMapping("/api/v1/images")
  ResponseEntity<List<ImageRecord>> list(
      @RequestParam(required = false) @Nullable String repository,
      @RequestParam(required = false) @Nullable String tag,
      @RequestParam(required = false) @Nullable ExecutionId execution,
      @RequestParam(required = false) @Nullable Long before,
      @RequestParam(defaultValue = "50") int limit) {
    return page(
        new ImageRecords.Query(repository, tag, execution, before, limit), "/api/v1/images");
  }

  /** The repository's name has slashes, which no pattern but the rest of the path takes. */
  @GetMapping("/api/v1/images/{*path}")
  ResponseEntity<List<ImageRecord>> history(
      @PathVariable String path,
      @RequestParam(required = false) @Nullable Long before,
      @RequestParam(defaultValue = "50") int limit) {
    Matcher parts = HISTORY.matcher(path);
    if (!parts.matches()) {
      throw new ProblemException(
          404,
          "Not Found",
          "there is nothing at images%s (expected: images/<repository>/tags/<tag>/history)"
              .formatted(path));
    }
    String repository = parts.group("repository");
    String tag = parts.group("tag");
    ResponseEntity<List<ImageRecord>> page =
        page(
            new ImageRecords.Query(repository, tag, null, before, limit),
            "/api/v1/images/%s/tags/%s/history".formatted(repository, tag));
    List<ImageRecord> found = page.getBody();
    if (before == null && (found == null || found.isEmpty())) {
      throw new ProblemException(
          404,
          "Not Found",
          "no push of %s:%s is recorded; check the repository and the tag"
              .formatted(repository, tag));
    }
    return page;
  }

  private ResponseEntity<List<ImageRecord>> page(ImageRecords.Query query, String path) {
    if (query.limit() < 1 || query.limit() > MOST) {
      throw new ProblemException(
          400, "Bad Request", "limit: %d (expected: 1 to %d)".formatted(query.limit(), MOST));
    }
    List<ImageRecords.Placed> found = records.list(query);
    ResponseEntity.BodyBuilder answer = ResponseEntity.ok();
    if (found.size() == query.limit()) {
      UriComponentsBuilder next = UriComponentsBuilder.fromPath(path);
      if (path.equals("/api/v1/images")) {
        next.queryParamIfPresent("repository", java.util.Optional.ofNullable(query.repository()))
            .queryParamIfPresent("tag", java.util.Optional.ofNullable(query.tag()))
            .queryParamIfPresent("execution", java.util.Optional.ofNullable(query.execution()));
      }
      next.queryParam("before", found.getLast().place()).queryParam("limit", query.limit());
      answer.header(
          HttpHeaders.LINK, "<%s>; rel=\"next\"".formatted(next.encode().build().toUriString()));
    }
    return answer.body(found.stream().map(ImageRecords.Placed::image).toList());
  }
}
