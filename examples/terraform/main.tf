# Account B's side of an upload relay, around the template. Run it with the credentials of account B.

terraform {
  required_version = ">= 1.3"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "relay_account" {
  description = "Account A, where the relay runs"
  type        = string
  default     = "111111111111"
}

variable "external_id" {
  description = "What both sides have agreed on"
  type        = string
  default     = "agree-on-a-value-of-your-own"
}

variable "bucket" {
  description = "The bucket where the objects go"
  type        = string
  default     = "upload-relay-destination-222222222222"
}

variable "template" {
  description = "The template for account B: of this repository, or what `upload-relay template destination` has written"
  type        = string
  default     = "../../infra/templates/upload-relay-destination.template.json"
}

resource "aws_cloudformation_stack" "destination" {
  name          = "upload-relay-destination"
  template_body = file(var.template)
  capabilities  = ["CAPABILITY_NAMED_IAM"]

  parameters = {
    RelayAccount = var.relay_account
    ExternalId   = var.external_id
    BucketName   = var.bucket
    Prefix       = "incoming/"
    Versioned    = "yes"
    CreateOnly   = "no"
  }
}

output "writer_role_arn" {
  description = "What account A's relay assumes"
  value       = aws_cloudformation_stack.destination.outputs["WriterRoleArn"]
}

output "bucket" {
  description = "Where the objects go"
  value       = aws_cloudformation_stack.destination.outputs["Bucket"]
}
