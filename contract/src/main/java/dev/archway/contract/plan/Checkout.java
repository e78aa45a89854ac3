package dev.archway.contract.plan;

import com.fasterxml.jackson.annotation.JsonInclude;
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
 * @param into what the commit is merged into once it is there; null builds the commit itself
 */
public record Checkout(
    Connector.Git connector,
    String url,
    String refName,
    String commit,
    int depth,
    boolean sslVerify,
    @Nullable CloneExtras extras,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Target into) {
  /** The commit's tree alone. */
  public Checkout(
      Connector.Git connector,
      String url,
      String refName,
      String commit,
      int depth,
      boolean sslVerify) {
    this(connector, url, refName, commit, depth, sslVerify, null, null);
  }

  /**
   * What a pull request is merged into, fixed when the execution starts as its head is.
   *
   * @param refName the full name of a ref that holds {@code commit}
   * @param commit the commit's full hash
   */
  public record Target(String refName, String commit) {}

  /** The same, merged. */
  public Checkout mergedInto(Target target) {
    return new Checkout(connector, url, refName, commit, depth, sslVerify, extras, target);
  }
}
