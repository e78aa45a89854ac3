package dev.archway.contract.connector;

import java.net.URI;

/**
 * How a token for an Amazon ECR registry is had (Amazon ECR API reference, GetAuthorizationToken).
 *
 * @param region the region that requests are signed for
 * @param endpoint where the API answers
 */
public record EcrAccess(String region, URI endpoint) {}
