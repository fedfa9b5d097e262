//! The members of requests that configure a user pool, with their constraints in the API model.

use crate::services::cognito::input::{ARN, Member, NAME};

const FACTORS: &[&str] = &["phone_number", "email"];

/// The members that `CreateUserPool` and `UpdateUserPool` share.
pub(super) const MEMBERS: &[Member] = &[
    Member::number("Policies/PasswordPolicy/MinimumLength", 6, 99),
    Member::flag("Policies/PasswordPolicy/RequireUppercase"),
    Member::flag("Policies/PasswordPolicy/RequireLowercase"),
    Member::flag("Policies/PasswordPolicy/RequireNumbers"),
    Member::flag("Policies/PasswordPolicy/RequireSymbols"),
    Member::number("Policies/PasswordPolicy/PasswordHistorySize", 0, 24),
    Member::number("Policies/PasswordPolicy/TemporaryPasswordValidityDays", 0, 365),
    Member::list("Policies/SignInPolicy/AllowedFirstAuthFactors", 1, 4),
    Member::choice(
        "Policies/SignInPolicy/AllowedFirstAuthFactors/*",
        &["PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN"],
    ),
    Member::choice("DeletionProtection", &["ACTIVE", "INACTIVE"]),
    Member::fitting("LambdaConfig/PreSignUp", 2048, ARN),
    Member::fitting("LambdaConfig/CustomMessage", 2048, ARN),
    Member::fitting("LambdaConfig/PostConfirmation", 2048, ARN),
    Member::fitting("LambdaConfig/PreAuthentication", 2048, ARN),
    Member::fitting("LambdaConfig/PostAuthentication", 2048, ARN),
    Member::fitting("LambdaConfig/DefineAuthChallenge", 2048, ARN),
    Member::fitting("LambdaConfig/CreateAuthChallenge", 2048, ARN),
    Member::fitting("LambdaConfig/VerifyAuthChallengeResponse", 2048, ARN),
    Member::fitting("LambdaConfig/PreTokenGeneration", 2048, ARN),
    Member::choice("LambdaConfig/PreTokenGenerationConfig/LambdaVersion", &["V1_0", "V2_0", "V3_0"]).required(),
    Member::fitting("LambdaConfig/PreTokenGenerationConfig/LambdaArn", 2048, ARN).required(),
    Member::fitting("LambdaConfig/UserMigration", 2048, ARN),
    Member::list("AutoVerifiedAttributes", 0, usize::MAX),
    Member::choice("AutoVerifiedAttributes/*", FACTORS),
    Member::text("SmsVerificationMessage", 6, 140),
    Member::text("EmailVerificationMessage", 6, 20_000),
    Member::text("EmailVerificationSubject", 1, 140),
    Member::text("VerificationMessageTemplate/SmsMessage", 6, 140),
    Member::text("VerificationMessageTemplate/EmailMessage", 6, 20_000),
    Member::text("VerificationMessageTemplate/EmailSubject", 1, 140),
    Member::text("VerificationMessageTemplate/EmailMessageByLink", 6, 20_000),
    Member::text("VerificationMessageTemplate/EmailSubjectByLink", 1, 140),
    Member::choice("VerificationMessageTemplate/DefaultEmailOption", &["CONFIRM_WITH_LINK", "CONFIRM_WITH_CODE"]),
    Member::text("SmsAuthenticationMessage", 6, 140),
    Member::choice("MfaConfiguration", &["OFF", "ON", "OPTIONAL"]),
    Member::list("UserAttributeUpdateSettings/AttributesRequireVerificationBeforeUpdate", 0, usize::MAX),
    Member::choice("UserAttributeUpdateSettings/AttributesRequireVerificationBeforeUpdate/*", FACTORS),
    Member::flag("DeviceConfiguration/ChallengeRequiredOnNewDevice"),
    Member::flag("DeviceConfiguration/DeviceOnlyRememberedOnUserPrompt"),
    Member::fitting("EmailConfiguration/SourceArn", 2048, ARN),
    Member::choice("EmailConfiguration/EmailSendingAccount", &["COGNITO_DEFAULT", "DEVELOPER"]),
    // These two make Cognito reject an empty `SmsConfiguration` or `UserPoolAddOns`.
    Member::fitting("SmsConfiguration/SnsCallerArn", 2048, ARN).required(),
    Member::choice("UserPoolAddOns/AdvancedSecurityMode", &["OFF", "AUDIT", "ENFORCED"]).required(),
    Member::map("UserPoolTags"),
    Member::flag("AdminCreateUserConfig/AllowAdminCreateUserOnly"),
    Member::number("AdminCreateUserConfig/UnusedAccountValidityDays", 0, 365),
    Member::list("AccountRecoverySetting/RecoveryMechanisms", 1, 2),
    Member::number("AccountRecoverySetting/RecoveryMechanisms/*/Priority", 1, 2).required(),
    Member::choice(
        "AccountRecoverySetting/RecoveryMechanisms/*/Name",
        &["verified_email", "verified_phone_number", "admin_only"],
    )
    .required(),
    Member::choice("UserPoolTier", &["LITE", "ESSENTIALS", "PLUS"]),
    Member::choice("KeyConfiguration/KeyType", &["AWS_OWNED_KEY", "CUSTOMER_MANAGED_KEY"]),
    Member::choice("IssuerConfiguration/Type", &["ORIGINAL", "UPDATED"]),
    Member::text("AcrConfiguration/Level1/AcrValue", 1, 64),
    Member::text("AcrConfiguration/Level2/AcrValue", 1, 64),
    Member::text("AcrConfiguration/Level3/AcrValue", 1, 64),
    Member::text("AcrConfiguration/Level4/AcrValue", 1, 64),
    Member::map("DcrConfiguration"),
];

/// The members that `UpdateUserPool` has with other constraints than `CreateUserPool`.
pub(super) const UPDATE_ONLY: &[Member] = &[Member::fitting("PoolName", 128, NAME)];

/// The members that only `CreateUserPool` has.
pub(super) const CREATE_ONLY: &[Member] = &[
    Member::fitting("PoolName", 128, NAME).required(),
    Member::choice("AliasAttributes/*", &["phone_number", "email", "preferred_username"]),
    Member::choice("UsernameAttributes/*", FACTORS),
    Member::flag("UsernameConfiguration/CaseSensitive").required(),
];
