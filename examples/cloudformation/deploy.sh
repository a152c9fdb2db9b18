#!/bin/sh
# Deploys account B's side, with that account's credentials.
set -eu
cd "$(dirname "$0")"
aws cloudformation deploy \
  --stack-name upload-relay-destination \
  --template-file "${TEMPLATE:-../../infra/templates/upload-relay-destination.template.json}" \
  --parameter-overrides "file://${PARAMETERS:-parameters.json}" \
  --capabilities CAPABILITY_NAMED_IAM \
  --no-fail-on-empty-changeset
