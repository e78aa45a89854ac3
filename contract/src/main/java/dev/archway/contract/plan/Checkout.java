package dev.archway.contract.plan;

import dev.archway.contract.connector.Connector;

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
 */
public record Checkout(
    Connector.Git connector,
    String url,
    String refName,
    String commit,
    int depth,
    boolean sslVerify) {}
