package dev.archway.contract.plan;

import dev.archway.contract.connector.Connector;
import org.jspecify.annotations.Nullable;

/**
 * A codebase resolved to one commit; every stage and platform of an execution clones this one.
 *
 * @param connector whose account to use
 * @param url the repository's full URL
 * @param refName the full name of the ref it was resolved from, such as {@code refs/heads/main};
 *     the commit's own hash when a commit was asked for
 * @param commit the commit's full hash
 * @param depth commits of history to fetch; 0 means all
 * @param sslVerify false skips the check of the server's certificate
 * @param extras what is cloned beside the commit's tree; null for nothing
 */
public record Checkout(
    Connector.Git connector,
    String url,
    String refName,
    String commit,
    int depth,
    boolean sslVerify,
    @Nullable CloneExtras extras) {
  /** The commit's tree alone. */
  public Checkout(
      Connector.Git connector,
      String url,
      String refName,
      String commit,
      int depth,
      boolean sslVerify) {
    this(connector, url, refName, commit, depth, sslVerify, null);
  }
}
