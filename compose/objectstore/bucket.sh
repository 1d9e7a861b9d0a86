# Makes the bucket, and a key whose policy names this bucket alone. Secrets are read from files and handed on by variable and stdin.
secret() { cat "/run/secrets/$1"; }
export MC_HOST_store="http://$(secret objects_root_user):$(secret objects_root_password)@$ENDPOINT"
mc --quiet mb --ignore-existing "store/$BUCKET"
mc --quiet version enable "store/$BUCKET" || echo "this store keeps no versions"
cat >/tmp/policy.json <<POLICY
{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetBucketLocation", "s3:ListBucketMultipartUploads"], "Resource": ["arn:aws:s3:::$BUCKET"]},
  {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"], "Resource": ["arn:aws:s3:::$BUCKET/*"]}]}
POLICY
mc --quiet admin policy create store "$BUCKET" /tmp/policy.json
printf '%s\n%s\n' "$(secret objects_access_key)" "$(secret objects_secret_key)" | mc --quiet admin user add store >/dev/null
key=$(secret objects_access_key)
mc --json admin user info store "$key" | grep -q "\"policyName\":\"$BUCKET\"" || mc --quiet admin policy attach store "$BUCKET" --user "$key" >/dev/null
echo "bucket $BUCKET is there, and its key"
