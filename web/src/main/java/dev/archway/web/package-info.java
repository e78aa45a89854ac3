/**
 * What the HTTP services share: errors as problem documents, the API's JSON, and the check that a
 * request comes from another service of the same installation.
 */
@NullMarked
package dev.archway.web;

import org.jspecify.annotations.NullMarked;
