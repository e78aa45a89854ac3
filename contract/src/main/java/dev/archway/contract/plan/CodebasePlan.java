package dev.archway.contract.plan;

import dev.archway.contract.connector.Connector;
import org.jspecify.annotations.Nullable;

/**
 * The source that stages clone.
 *
 * @param connector whose account and URL to use
 * @param url the repository's full URL
 * @param ref what to build
 * @param depth commits of history to fetch; 0 means all
 * @param sslVerify false skips the check of the server's certificate, as the pipeline asked
 * @param extras what is cloned beside the commit's tree; null for nothing
 */
public record CodebasePlan(
    Connector.Git connector,
    String url,
    CodeRef ref,
    int depth,
    boolean sslVerify,
    @Nullable CloneExtras extras) {
  public CodebasePlan {
    if (depth < 0) {
      throw new IllegalArgumentException("depth: %d (expected: 0 or more)".formatted(depth));
    }
  }
}
