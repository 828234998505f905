# Reads data sets from a folder, fits each with nlme and psych, writes one line of figures each.
suppressMessages({library(nlme); library(psych)})
folder <- commandArgs(TRUE)[1]
dyads <- read.csv(file.path(folder, "dyads.csv"))
items <- read.csv(file.path(folder, "items.csv"))
out <- file(file.path(folder, "found.csv"), "w")
say <- function(set, name, value)
  writeLines(sprintf("%s,%s,%.15g", set, name, value), out)
control <- glsControl(tolerance = 1e-12, msTol = 1e-14, opt = "optim", maxIter = 500, msMaxIter = 500)
terms <- c("intercept", "actor", "partner")
cs <- function(fit) coef(fit$modelStruct$corStruct, unconstrained = FALSE)[[1]]

for (set in unique(dyads$set)) {
  wide <- dyads[dyads$set == set, ]
  n <- nrow(wide)
  long <- data.frame(couple = rep(1:n, 2), role = factor(rep(c("a", "b"), each = n)),
                     x = c(wide$x_a, wide$x_b), xp = c(wide$x_b, wide$x_a),
                     y = c(wide$y_a, wide$y_b), z = rep(wide$z, 2),
                     m = c(wide$m_a, wide$m_b), mp = c(wide$m_b, wide$m_a))
  long <- long[order(long$couple), ]
  fit <- function(...) gls(..., data = long, control = control)
  same <- corCompSymm(form = ~ 1 | couple)
  empty <- fit(y ~ 1, correlation = same)
  say(set, "icc", cs(empty))
  say(set, "icc_roles", cs(fit(y ~ role, correlation = same)))
  for (method in c("REML", "ML")) {
    one <- fit(y ~ x + xp, correlation = same, method = method)
    say(set, paste0(method, "_rho"), cs(one))
    say(set, paste0(method, "_sigma"), one$sigma)
    say(set, paste0(method, "_loglik"), as.numeric(logLik(one)))
    for (i in 1:3) {
      say(set, paste0(method, "_", terms[i]), coef(one)[[i]])
      say(set, paste0(method, "_se_", terms[i]), sqrt(vcov(one)[i, i]))
    }
    two <- fit(y ~ 0 + role + role:x + role:xp, correlation = same, method = method,
               weights = varIdent(form = ~ 1 | role))
    names <- names(coef(two))
    for (role in c("a", "b")) {
      where <- match(paste0("role", role, c("", ":x", ":xp")), names)
      for (i in 1:3) {
        say(set, paste0(method, "_", role, "_", terms[i]), coef(two)[[where[i]]])
        say(set, paste0(method, "_", role, "_se_", terms[i]), sqrt(vcov(two)[where[i], where[i]]))
      }
    }
    say(set, paste0(method, "_roles_rho"), cs(two))
    say(set, paste0(method, "_roles_loglik"), as.numeric(logLik(two)))
    if (method == "ML")
      say(set, "chi2", 2 * (as.numeric(logLik(two)) - as.numeric(logLik(one))))
  }
  more <- fit(y ~ x + xp + z, correlation = same)
  say(set, "covariate", coef(more)[["z"]])
  say(set, "covariate_se", sqrt(vcov(more)["z", "z"]))
  centre <- mean(long$x)
  long$both <- (long$x - centre) * (long$xp - centre)
  product <- fit(y ~ x + xp + both, correlation = same)
  say(set, "product", coef(product)[["both"]])
  say(set, "product_se", sqrt(vcov(product)["both", "both"]))
  each <- function(name, fit, terms) for (i in seq_along(terms)) {
    say(set, paste0(name, "_", i), coef(fit)[[terms[i]]])
    say(set, paste0(name, "_se_", i), sqrt(vcov(fit)[terms[i], terms[i]]))
  }
  long$gap <- abs(long$x - long$xp)
  each("difference", fit(y ~ x + xp + gap, correlation = same), "gap")
  middle <- mean(wide$z)
  long$zc <- long$z - middle
  long$xz <- (long$x - centre) * long$zc
  long$xpz <- (long$xp - centre) * long$zc
  by_z <- fit(y ~ x + xp + xz + xpz + zc, correlation = same)
  each("moderator", by_z, c("xz", "xpz", "zc"))
  long$seen <- long$y - centre
  long$own <- long$x - centre
  long$other <- long$xp - centre
  each("truth", fit(seen ~ own + other, correlation = same), c("(Intercept)", "own", "other"))
  mean_own <- ifelse(long$role == "a", mean(wide$x_a), mean(wide$x_b))
  mean_other <- ifelse(long$role == "a", mean(wide$x_b), mean(wide$x_a))
  long$seen <- long$y - mean_other
  long$own <- long$x - mean_own
  long$other <- long$xp - mean_other
  apart <- fit(seen ~ 0 + role + role:own + role:other, correlation = same, weights = varIdent(form = ~ 1 | role))
  each("paths_a", fit(m ~ x + xp, correlation = same), c("x", "xp"))
  each("paths_b", fit(y ~ m + mp + x + xp, correlation = same), c("m", "mp", "x", "xp"))
  steps <- fit(y ~ 0 + role + role:m + role:mp + role:x + role:xp, correlation = same,
               weights = varIdent(form = ~ 1 | role))
  for (role in c("a", "b")) {
    own <- paste0("role", role)
    each(paste0("truth_", role), apart, paste0(own, c("", ":own", ":other")))
    each(paste0("paths_b_", role), steps, paste0(own, c(":m", ":mp", ":x", ":xp")))
  }
}
for (set in unique(items$set)) {
  these <- items[items$set == set, -1]
  these <- these[, colSums(!is.na(these)) > 0]
  found <- suppressMessages(suppressWarnings(psych::alpha(these)))
  say(set, "alpha", found$total$raw_alpha)
  say(set, "alpha_low", found$feldt$lower.ci[[1]])
  say(set, "alpha_high", found$feldt$upper.ci[[1]])
  for (i in seq_len(ncol(these))) {
    say(set, paste0("drop_", i), found$alpha.drop$raw_alpha[i])
    say(set, paste0("total_", i), found$item.stats$r.drop[i])
  }
  # factr: R's default stops at a relative change of 1e-9 in the discrepancy.
  loadings <- factanal(these, 1, control = list(opt = list(factr = 1e3, pgtol = 0)))$loadings[, 1]
  roughly <- suppressWarnings(fa(these, 1, fm = "ml"))$loadings[, 1]
  omega <- function(l) sum(l)^2 / (sum(l)^2 + sum(1 - l^2))
  say(set, "omega", omega(loadings))
  say(set, "omega_psych", omega(roughly))
}
close(out)
